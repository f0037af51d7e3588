"""Fakes of the services around the assistant, as servers that tests and `aizuchi dev` talk to."""
