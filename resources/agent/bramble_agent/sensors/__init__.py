"""How the sensors and the machine itself are read, and which of their readings are impossible."""
