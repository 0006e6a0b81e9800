"""Prints and raises the markup that terminal libraries and Markdown know.

Success: the report fails on markup that is not closed, or shows a link that it did not make.

ends as: failed
"""

MARKUP = "[/] [/red] [link=file:///etc/passwd]click[/link] :bomb: [bold red]passed ``` $(id) `id` %s %(x)s {0} {x} ![](http://x)"


def softmax(x, dim=-1):
    print(MARKUP)
    raise ValueError(MARKUP)
