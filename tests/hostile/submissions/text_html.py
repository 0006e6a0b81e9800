"""Prints and raises HTML and scripts, in every way of escaping them.

Success: a web page that shows the verdict runs them.

ends as: failed
"""

HTML = "</pre><script>alert(document.cookie)</script><img src=x onerror=alert(1)>&lt;b&gt;]]><![CDATA[</failure>"


def softmax(x, dim=-1):
    print(HTML)
    raise ValueError(HTML)
