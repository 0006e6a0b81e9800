from tests.learner.conftest import course, warm, zygote  # noqa: F401 - fixtures: a small course, whose words are read here
