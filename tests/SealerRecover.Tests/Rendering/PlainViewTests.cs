using Filecoin.Sealing.Kernels;
using SealerRecover.Recovery.Events;
using SealerRecover.Rendering;
using Xunit;

namespace SealerRecover.Tests.Rendering;

public class PlainViewTests
{
    [Fact]
    public void A_run_reads_as_a_log()
    {
        FixedTime time = new();
        StringWriter output = new() { NewLine = "\n" };
        StringWriter error = new() { NewLine = "\n" };
        Examples.Play(new PlainView(output, error, time, verbose: false), time);
        string cid = Examples.Commitments.CommR.ToString();
        string expected = $"""
            2026-01-02 03:04:05Z f01000 has sectors of 32GiB on network mainnet
            2026-01-02 03:04:05Z f01000 sector 2: found on chain, StackedDrg32GiBV1_1 (8), proven and faulty, terminated on 2026-02-12 00:00:00Z if it stays so
            recovering 2 sectors
              result folder   /sector
              temp folder     /temp
              parent caches   /parents
              cores           2 sectors at once, each on a core of its own (sha-ni), 2 looking ahead within the same L3 cache, 4 of 8 left for trees, which start behind the last layer; 2 of 3 sectors at once because of memory: 3 need 205.0 GiB, there are 128.0 GiB

              sector           seal proof               ticket epoch  holds  SealedCID
              f01000 sector 2  StackedDrg32GiBV1_1 (8)  9201          zeros  {cid}
              f01000 sector 3  StackedDrg32GiBV1_1 (8)  9201          zeros  {cid}

              resource    needed     available
              memory      140.0 GiB  128.0 GiB  TOO LITTLE
              open files  60         unknown    ok
            2026-01-02 03:04:05Z f01000 sector 2: goes on from an earlier run
            2026-01-02 03:04:35Z f01000 sector 2: labelling layer 3 of 11, 18% (1.00 M nodes/s, 2 h 40 min left in this phase)
            2026-01-02 03:04:45Z all 2 sectors: 0 ended, 34%, done by about 2026-01-02 08:04:45Z (5 h 00 min left)
            2026-01-02 03:04:46Z f01000 sector 2: layer 3 \x1b[31m was read back
            2026-01-02 03:04:55Z f01000 sector 2: recovered in 3 h 05 min, CommR equals the SealedCID
            2026-01-02 03:04:56Z f01000 sector 3: failed: f01000 sector 3: /sector/sealed/s-t01000-3 has other content

              sector           result     time
              f01000 sector 2  recovered  3 h 05 min  CommR equals the SealedCID {cid}
              f01000 sector 3  failed     12 s        target_exists

            error: f01000 sector 3: /sector/sealed/s-t01000-3 has other content
            hint: Use --force to move it aside.

            next:
              declare the files to the miner
                lotus-miner storage redeclare --all

            1 recovered, 1 failed in 52 s; exit code 11 (target_exists)

            """;
        Assert.Equal(expected, output.ToString());
        Assert.Empty(error.ToString());
    }

    [Fact]
    public void A_failure_of_the_whole_command_goes_to_standard_error_with_its_hint_and_no_stack()
    {
        StringWriter output = new();
        StringWriter error = new() { NewLine = "\n" };
        PlainView view = new(output, error, new FixedTime(), verbose: false);
        view.Reported(new Report { Command = "export", Failure = Failure.From(new InvalidOperationException("it\nbroke")) });
        Assert.Empty(output.ToString());
        Assert.Equal(
            "error: unexpected InvalidOperationException: it\\x0abroke\n"
            + "hint: This is a bug in sealer-recover; run again with --verbose and report what it prints.\n",
            error.ToString());
    }

    [Fact]
    public void Verbose_shows_the_exception_in_full()
    {
        StringWriter error = new() { NewLine = "\n" };
        PlainView view = new(new StringWriter(), error, new FixedTime(), verbose: true);
        view.Reported(new Report { Command = "export", Failure = Failure.From(Thrown()) });
        Assert.Contains("   at SealerRecover.Tests", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_run_says_how_to_go_on()
    {
        StringWriter output = new() { NewLine = "\n" };
        new PlainView(output, new StringWriter(), new FixedTime(), verbose: false).Reported(
            new Report { Command = "recover", Stopped = true, GoOnWith = "sealer-recover recover --metadata=f.json" });
        Assert.Equal(
            "\nstopped; what is finished is kept. To go on, run the same command again:\n  sealer-recover recover --metadata=f.json\n",
            output.ToString());
    }

    [Fact]
    public void A_stopped_command_that_does_not_go_on_says_so_in_one_line()
    {
        StringWriter output = new() { NewLine = "\n" };
        new PlainView(output, new StringWriter(), new FixedTime(), verbose: false).Reported(new Report { Command = "bench", Stopped = true });
        Assert.Equal("stopped before the end; nothing is left behind\n", output.ToString());
    }

    [Fact]
    public void Bytes_that_lead_nobody_knows_where_are_a_sentence_every_ten_seconds_in_every_view()
    {
        FixedTime time = new();
        StringWriter plain = new() { NewLine = "\n" };
        StringWriter json = new() { NewLine = "\n" };
        foreach (IView view in (IView[])[new PlainView(plain, TextWriter.Null, time, verbose: false), new JsonView(json, TextWriter.Null, time, verbose: false)])
        {
            for (int tenth = 20; tenth < 130; tenth++)
            {
                view.On(new BytesRead(time.Now.AddSeconds(tenth / 10.0), tenth << 20));
            }
        }

        Assert.Equal("2026-01-02 03:04:07Z 20.0 MiB read\n2026-01-02 03:04:17Z 120.0 MiB read\n", plain.ToString());
        Assert.Equal(
            """
            {"event":"note","time":"2026-01-02T03:04:07.000Z","text":"20.0 MiB read"}
            {"event":"note","time":"2026-01-02T03:04:17.000Z","text":"120.0 MiB read"}

            """,
            json.ToString());
    }

    [Fact]
    public void The_plan_names_forced_kernels_and_no_others()
    {
        StringWriter output = new() { NewLine = "\n" };
        PlainView view = new(output, new StringWriter(), new FixedTime(), verbose: false);
        PlanAnswer plan = Examples.Plan();
        view.Answered(plan);
        Assert.DoesNotContain("kernels", output.ToString(), StringComparison.Ordinal);

        view.Answered(plan with { Settings = plan.Settings with { Kernels = new KernelChoice { Label = "plain", Poseidon = "scalar" } } });
        Assert.Contains("\n  kernels         label=plain,poseidon=scalar, as asked; otherwise the fastest\n", output.ToString(), StringComparison.Ordinal);
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("broken");
        }
        catch (InvalidOperationException failure)
        {
            return failure;
        }
    }
}
