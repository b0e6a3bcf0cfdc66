package main

import (
	"math/rand"
	"time"
)

var layouts = []string{time.Layout, time.ANSIC, time.UnixDate, time.RubyDate, time.RFC822, time.RFC822Z, time.RFC850,
	time.RFC1123, time.RFC1123Z, time.RFC3339, time.RFC3339Nano, time.Kitchen, time.Stamp, time.StampMilli, time.StampMicro,
	time.StampNano, time.DateTime, time.DateOnly, time.TimeOnly, "2006.002", "__2 2006", "_2006", "_2", "Monday January",
	"Month Mons Mon Jan Janu", "Z07 Z0700 Z07:00 Z070000 Z07:00:00", "-07 -0700 -07:00 -070000 -07:00:00", "15h04m05s.000",
	"05,999", "05.9 5.00x 4.0001", "pm PM 3 03 15", "06 6 1 01 2 02", "20060102T150405Z", "MST -0700", "002 02 2006", "",
	"%Y-%m-%d", "é ☃ 2006", "2006-1-2 15:4:5.000000", "12 Jan", "Mon 2Jan", "200601", "2006__2", "0102", "00", "007", "1 5 15",
	"__2006 __ _", "-", "Z", "Z0", "-0", "-07:0", "2 Jan 2006 at 3:04pm (MST)", "000102", "05.000", "05.0000000000",
	"05.99999999999", "5.000001"}

// Zones whose rules have been settled long ago, so that a newer data base answers the same.
var zones = []string{"UTC", "America/New_York", "Europe/Berlin", "Europe/London", "Asia/Kolkata", "Asia/Tokyo",
	"Australia/Sydney", "America/St_Johns", "Etc/GMT+5", "Europe/Dublin", "Antarctica/Troll", "Asia/Kathmandu",
	"Australia/Lord_Howe", "Nope/Zone", ""}

func location(name string) *time.Location {
	l, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC // as sprig does
	}
	return l
}

func instant(r *rand.Rand) (int64, int64) {
	nsec := []int64{0, r.Int63n(1e9), r.Int63n(1000) * 1e6}[r.Intn(3)]
	switch r.Intn(8) {
	case 0:
		return r.Int63n(253402300800*2) - 253402300800, nsec
	case 1:
		return int64(r.Uint64()), nsec
	case 2:
		return int64(r.Intn(100000)) - 50000, nsec
	case 3:
		return r.Int63n(4102444800) - 2208988800, nsec
	default:
		return r.Int63n(4102444800), nsec
	}
}

func parseCase(zone, layout, text string) {
	t, err := time.ParseInLocation(layout, text, location(zone))
	if err != nil {
		line("error", zone, layout, text, err)
	} else {
		line("parse", zone, layout, text, t, t.Unix())
	}
}

func timeCases(r *rand.Rand, count int) {
	for i := 0; i < count; i++ {
		zone, layout := zones[r.Intn(len(zones))], layouts[r.Intn(len(layouts))]
		if r.Intn(4) == 0 {
			layout += layouts[r.Intn(len(layouts))]
		}
		sec, nsec := instant(r)
		t := time.Unix(sec, nsec).In(location(zone))
		text := t.Format(layout)
		line("format", zone, sec, nsec, layout, text)
		switch r.Intn(4) {
		case 0:
			layout = layouts[r.Intn(len(layouts))]
		case 1:
			text = mutate(r, text, "0123456789 :-+.,TZAPMamU/JFx\"\\\xc3\x01")
		}
		parseCase(zone, layout, text)
		if sec < -253402300800*2 || sec > 253402300800*2 {
			continue
		}
		y, m, d := r.Intn(40)-20, r.Intn(60)-30, r.Intn(800)-400
		line("date", zone, sec, nsec, y, m, d, t.AddDate(y, m, d))
		unit := []int64{1e9, 60e9, 3600e9, 86400e9, 1e6, 500e6, 7, 1e3, r.Int63n(1e16) + 1}[r.Intn(9)]
		line("round", zone, sec, nsec, unit, t.Round(time.Duration(unit)), t.Truncate(time.Duration(unit)))
	}
}
