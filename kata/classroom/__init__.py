"""The classroom: nbgrader courses whose grading is ours, folders of submissions, Gradescope, and `kata.check`.

What grades is `graded.py`, everywhere: it asks a judge in a process of its own. The rest leads student's work in and
grades out. Modules that need nbgrader or nbconvert are loaded by nbgrader and by `kata classroom init` alone.
"""
