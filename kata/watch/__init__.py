"""The loop: `loop.py` is what happens on a key or a save, `screen.py` what is seen, `terminal.py` the keys and sizes of a
terminal, `saves.py` notices that a file was saved, `grader.py` grades it in a thread with a judge that stays warm.
"""
