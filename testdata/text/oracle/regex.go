package main

import "math/rand"

func regexCases(r *rand.Rand, count int) {}
