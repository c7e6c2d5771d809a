"""What hangs on the Pi: the kinds of inputs and outputs that can be declared, and the outputs that are open."""
