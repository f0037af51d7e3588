"""AWS Lambda: what it calls when a request has come, or a message."""
