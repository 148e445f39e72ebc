cd survey
make
