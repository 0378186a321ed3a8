"""The demo organisation (fixture B42). Everybody and everything in it is fictional."""
