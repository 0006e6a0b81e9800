"""All there is to say of the package is in pyproject.toml, but for this: the wheel carries the course for `kata start`.

Its folders are no Python packages, and its files must not be listed by hand: the repository's own root is the data of a
package, `kata_course`, that holds no code. Built in the repository, the wheel is an instructor's: it holds the solutions.
Built in a student's copy, where `kata release` builds it, it holds what is there, which is none.
"""

from setuptools import find_packages, setup

COURSE = [
    "course.toml",
    "solutions/*/*.py",
    "solutions/*/*.md",
    "graders/*/*.py",
    "graders/*/*.toml",
    "translations/**/*.po",
    "fixtures/**/*",
]

setup(
    packages=[*find_packages(include=["kata", "kata.*"]), "kata_course"],
    package_dir={"kata": "kata", "kata_course": "."},
    package_data={
        "kata": ["classroom/nbgrader/*.txt", "report/schema.json", "learner/page.html", "language/translations/*.po"],
        "kata_course": COURSE,
    },
)
