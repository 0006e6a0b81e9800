"""Translations: finding what a learner reads in the sources, and giving it back in another language."""
