"""The studio: a scene, two cameras, and the words that go with their pictures."""
