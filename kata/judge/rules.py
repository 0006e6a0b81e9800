"""The version number of the judging rules, by which stored measurements are known to be old."""

# Raise it with every change after which an answer may be judged otherwise: how far a result may stray, what of an outcome
# is compared, what a recipe draws. Records of strength that were made under a lower number are then listed as such in
# docs/strength.md until they are renewed.
RULES = 4
