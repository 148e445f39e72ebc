"""Chapter *Secrets*: files with keys, passwords and tokens for something else."""

from __future__ import annotations

from imaging.guidelines.rule import Chapter
from imaging.guidelines.rules.guest.found_files import file_rule
from models.findings import Severity

sec_privkey = file_rule(
    "SEC-PRIVKEY",
    Chapter.SECRETS,
    "Private keys on the disk",
    Severity.BLOCK,
    by_hand="sudo grep -rlIs --include='id_*' --include='*.pem' --include='*.key' 'PRIVATE KEY' /home /root /opt /srv",
    nothing="No private key was found in homes, /etc, /opt and /srv.",
)
sec_openstack = file_rule(
    "SEC-OPENSTACK",
    Chapter.SECRETS,
    "OpenStack credentials on the disk",
    Severity.BLOCK,
    by_hand=r"sudo find / -xdev \( -name '*openrc*' -o -name clouds.yaml -o -name secure.yaml \)",
    nothing="No OpenStack credentials were found.",
)
sec_cloud = file_rule(
    "SEC-CLOUD",
    Chapter.SECRETS,
    "Credentials of other clouds on the disk",
    Severity.BLOCK,
    by_hand="sudo ls -d /home/*/.aws /home/*/.azure /home/*/.config/gcloud /home/*/.s3cfg /home/*/.config/rclone",
    nothing="No credentials of other clouds were found.",
)
sec_irods = file_rule(
    "SEC-IRODS",
    Chapter.SECRETS,
    "iRODS passwords on the disk",
    Severity.BLOCK,
    by_hand="sudo ls /home/*/.irods/.irodsA /root/.irods/.irodsA",
    nothing="No iRODS password was found.",
)
sec_dev = file_rule(
    "SEC-DEV",
    Chapter.SECRETS,
    "Passwords and tokens of tools and services",
    Severity.BLOCK,
    by_hand="sudo ls -d /home/*/{.netrc,.git-credentials,.npmrc,.pypirc,.docker/config.json,.kube/config,.env}",
    nothing="No passwords or tokens of tools and services were found.",
)
sec_jupyter = file_rule(
    "SEC-JUPYTER",
    Chapter.SECRETS,
    "Jupyter passwords and tokens on the disk",
    Severity.WARN,
    by_hand="sudo ls /home/*/.jupyter /srv/jupyterhub",
    nothing="No Jupyter password or token was found.",
)
sec_globus = file_rule(
    "SEC-GLOBUS",
    Chapter.SECRETS,
    "Globus keys and tokens on the disk",
    Severity.BLOCK,
    by_hand="sudo ls -d /home/*/.globus /home/*/.globusonline",
    nothing="No Globus key or token was found.",
)
sec_vnc = file_rule(
    "SEC-VNC",
    Chapter.SECRETS,
    "VNC and Guacamole passwords on the disk",
    Severity.WARN,
    by_hand="sudo ls /home/*/.vnc/passwd /etc/guacamole/user-mapping.xml",
    nothing="No VNC or Guacamole password was found.",
)
