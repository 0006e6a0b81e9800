"""Code that runs on both sides of the wall, in the judge and in a worker. Nothing secret may stand here."""
