"""What puts load on the servers, each in a process of its own."""
