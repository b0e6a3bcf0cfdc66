package main

import "math/rand"

func semverCases(r *rand.Rand, count int) {}
