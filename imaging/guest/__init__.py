"""Looking inside an instance: by SSH, or through the console of a throw-away child. Nobody else imports asyncssh."""
