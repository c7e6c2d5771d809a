"""Run with: GPIOZERO_PIN_FACTORY=mock python3 -W error -m unittest discover -s tests -t . (in resources/agent)."""
