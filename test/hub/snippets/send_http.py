import sys

import requests

response = requests.post(
    f"http://{sys.argv[1]}:{sys.argv[2]}/data",
    json={"device_id": "raspi-01", "temperature": 25.5, "humidity": 60.3},
)
print(response.status_code, response.json()["status"])
