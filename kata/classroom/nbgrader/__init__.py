"""The integration with nbgrader: modules that nbgrader loads, and the making and reading of its notebooks."""
