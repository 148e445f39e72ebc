"""Inspecting an instance: by SSH, or through the console of a temporary instance. Nobody else imports asyncssh."""
