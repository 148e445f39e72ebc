export OS_USERNAME=alice
export OS_PASSWORD=made-up
