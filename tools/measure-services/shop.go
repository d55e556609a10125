// The Go twin: `shop server PORT`, `shop client PORT CONCURRENCY SECONDS`.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"measure/pb"
)

type shop struct{}

func (shop) Get(_ context.Context, id *pb.Id) (*pb.Item, error) {
	return &pb.Item{Id: id.Id, Name: "Vintage camera lens", Description: strings.Repeat("You won't have a camera to use it. ", 3),
		Picture: "/static/img/products/camera-lens.jpg", Units: 12, Nanos: 490000000, Categories: []string{"photography", "vintage"}}, nil
}

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func main() {
	if os.Args[1] == "server" {
		l, err := net.Listen("tcp", "127.0.0.1:"+os.Args[2])
		if err != nil {
			panic(err)
		}
		s := grpc.NewServer()
		pb.RegisterShopServer(s, shop{})
		panic(s.Serve(l))
	}
	c, err := grpc.Dial("127.0.0.1:"+os.Args[2], grpc.WithInsecure(), grpc.WithBlock())
	if err != nil {
		panic(err)
	}
	at, _ := strconv.Atoi(os.Args[3])
	seconds, _ := strconv.ParseFloat(os.Args[4], 64)
	client := pb.NewShopClient(c)
	var mu sync.Mutex
	var all []float64
	var wg sync.WaitGroup
	c0, t0 := cpu(), time.Now()
	for i := 0; i < at; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			var own []float64
			for time.Since(t0).Seconds() < seconds {
				t := time.Now()
				if _, err := client.Get(context.Background(), &pb.Id{Id: "66VCHSJNUP"}); err != nil {
					panic(err)
				}
				own = append(own, float64(time.Since(t).Microseconds()))
			}
			mu.Lock()
			all = append(all, own...)
			mu.Unlock()
		}()
	}
	wg.Wait()
	used := cpu() - c0
	sort.Float64s(all)
	json.NewEncoder(os.Stdout).Encode(map[string]float64{"calls": float64(len(all)), "cpu_s": used.Seconds(), "p50_us": all[len(all)/2]})
	fmt.Fprintln(os.Stderr, "done")
}
