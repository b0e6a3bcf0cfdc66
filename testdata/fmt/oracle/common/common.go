// Package common has types of the names that Helm's have, so that %T prints them alike.
package common

type Values map[string]any

type VersionSet []string
