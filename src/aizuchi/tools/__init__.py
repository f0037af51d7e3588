"""Tools: typed functions of a bot's author, and those that come with aizuchi."""
