package kernel

import "time"

const (
	instantForm   = "0000-00-00T00:00:00.000Z"
	instantLayout = "2006-01-02T15:04:05.000Z"
)

// ParseInstant reads RFC 3339 in UTC as `Z` with exactly three fraction digits, of a date that
// exists. The library alone would take commas, and fractions of other lengths.
func ParseInstant(text string) (time.Time, bool) {
	if len(text) != len(instantForm) {
		return time.Time{}, false
	}
	for i := range len(text) {
		if instantForm[i] == '0' {
			if !digitClass[text[i]] {
				return time.Time{}, false
			}
		} else if text[i] != instantForm[i] {
			return time.Time{}, false
		}
	}
	instant, err := time.Parse(instantLayout, text)
	return instant, err == nil
}
