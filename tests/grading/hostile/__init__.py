"""A hostile class: every kind of submission that tried to fool, break or leave the marking, in one run."""
