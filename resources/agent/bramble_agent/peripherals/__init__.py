"""Devices connected to the Pi: the kinds of inputs and outputs that can be declared, and the open outputs."""
