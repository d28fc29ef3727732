"""Marking with nbgrader: releases, a lone reader's own marks, a class's handout, roster and feedback."""
