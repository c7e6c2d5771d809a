import json
import sys

import paho.mqtt.client as mqtt

client = mqtt.Client()
client.connect(sys.argv[1], int(sys.argv[2]))
client.publish("sensor/data", json.dumps({"device_id": "raspi-01", "temperature": 25.5, "humidity": 60.3}))
