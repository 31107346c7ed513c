package e5small

// SHA256 is that of the model file, in hexadecimal.
const SHA256 = "8523554f02db4d15807b9e59f9c8a282b54290057e6b5ce2aa3ffed5ebd62e14"
