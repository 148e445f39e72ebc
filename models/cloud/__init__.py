"""What a cloud holds: instances, images, volumes, networks, flavors, quotas, and who is logged in."""
