"""Brings the assistant to where it runs; so far it makes what AWS Lambda is given."""
