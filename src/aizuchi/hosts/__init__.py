"""What calls the edge and the worker: the web server, the process, a function."""
