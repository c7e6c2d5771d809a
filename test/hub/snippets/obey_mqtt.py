import json
import sys
import paho.mqtt.client as mqtt


def obey(client, _data, message):
    command = json.loads(message.payload)
    reply = {"id": command["id"], "ok": True, "value": command["value"]}
    client.publish("bramble/paho/reply", json.dumps(reply), qos=1)


client = mqtt.Client()
client.on_message = obey
client.connect(sys.argv[1], int(sys.argv[2]))
client.publish("bramble/paho/about", json.dumps({"controls": [{"id": "led", "kind": "switch"}]}), qos=1)
client.subscribe("bramble/paho/command", qos=1)
client.loop_forever()
