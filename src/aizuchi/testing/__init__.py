"""What a plug's own tests need: contract suites, simulated time, fakes that are strict."""
