"""Logs of cloud-init that hold a login, and those that do not."""

from __future__ import annotations

from bench.secrets_found import found_of

LOG = "/var/log/cloud-init.log"


def test_a_login_that_vendor_data_left_in_the_log_of_cloud_init_is_found():
    """cloud-init#4093: a data source logged the vendor data, with root's password."""
    told = "DataSourceVultr.py[DEBUG]: {'vendor-data': '#cloud-config\\nchpasswd:\\n  list: |\\n    root:S3cret9\\n'}\n"
    assert found_of({LOG: told}) == {LOG: "SEC-LOGS"}


def test_an_ordinary_log_is_not():
    usual = "cc_set_passwords.py[DEBUG]: chpasswd: {expire: false}\nutil.py[DEBUG]: took 0.1 s; 10:00:01\n"
    assert found_of({LOG: usual}) == {}
