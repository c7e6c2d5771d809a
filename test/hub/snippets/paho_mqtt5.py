"""What a home automation server does with MQTT 5: birth and will, discovery that is retained, one SUBSCRIBE of a thousand topics.

Arguments: port, number of topics, key. Prints one JSON object with what came back.
"""
import json
import sys
import threading

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

port, count = int(sys.argv[1]), int(sys.argv[2])
found = {"granted": 0, "discovery": [], "states": 0}
ready = threading.Event()


def on_connect(client, userdata, flags, reason, properties):
    client.publish("homeassistant/status", "online", qos=1, retain=True)
    client.subscribe([(f"home/entity{n}/state", mqtt.SubscribeOptions(qos=1)) for n in range(count)])


def on_subscribe(client, userdata, mid, granted, properties):
    found["granted"] += sum(1 for code in granted if code.value == 1)
    if found["granted"] == count and not found["discovery"]:
        client.subscribe("homeassistant/+/config", options=mqtt.SubscribeOptions(qos=1, retainHandling=1))


def on_message(client, userdata, message):
    if message.topic.endswith("/config"):
        said = [list(pair) for pair in getattr(message.properties, "UserProperty", [])]
        found["discovery"].append([message.topic, message.payload.decode(), bool(message.retain), said])
        properties = Properties(PacketTypes.PUBLISH)
        properties.MessageExpiryInterval = 60
        for n in range(count):
            client.publish(f"home/entity{n}/state", "on", qos=1, properties=properties)
    elif message.topic.endswith("/state"):
        found["states"] += 1
    if found["states"] == count:
        ready.set()


client = mqtt.Client(client_id="home-assistant", protocol=mqtt.MQTTv5)
client.username_pw_set("ha", sys.argv[3])
client.on_connect, client.on_subscribe, client.on_message = on_connect, on_subscribe, on_message
client.will_set("homeassistant/status", "offline", qos=1, retain=True)
client.max_queued_messages_set(0)
client.connect("127.0.0.1", port, keepalive=60)
client.loop_start()
ready.wait(30)
# Without a goodbye, so that the will is published.
client.loop_stop()
client._sock_close()
print(json.dumps(found))
