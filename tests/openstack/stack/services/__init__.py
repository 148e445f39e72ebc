"""How each service is brought up inside one process: a module each, with `application(spec)`."""
