package diag

import "testing"

func TestSeriesIsBounded(t *testing.T) {
	s := Series{}
	for i := range 5000 {
		p := Point{At: float64(i), Value: Float(1)}
		if i%1000 == 7 {
			p = Point{At: float64(i), State: "lost"}
		}
		p.Main = i == 4321
		s.Points = append(s.Points, p)
	}
	s.Bound()
	lost, main, last := 0, 0, -1.0
	for _, p := range s.Points {
		if p.At <= last {
			t.Fatal("order")
		}
		last = p.At
		if p.State == "lost" {
			lost++
		}
		if p.Main {
			main++
		}
	}
	if len(s.Points) != MaxPoints || s.Left != 5000-MaxPoints || lost != 5 || main != 1 || last < 4900 {
		t.Errorf("%d points, %d left out, %d lost, %d main, last %v", len(s.Points), s.Left, lost, main, last)
	}
	for i := range s.Points {
		s.Points[i].State = "lost"
	}
	s.Points = append(s.Points, Point{At: 9000, Main: true})
	s.Bound()
	if len(s.Points) != MaxPoints || !s.Points[MaxPoints-1].Main {
		t.Errorf("%d points", len(s.Points))
	}
}
