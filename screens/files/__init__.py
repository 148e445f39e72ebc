"""Image files and images of the cloud, inspected by what lies on their disks."""
