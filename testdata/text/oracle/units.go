package main

import "math/rand"

func unitsCases(r *rand.Rand, count int) {}
