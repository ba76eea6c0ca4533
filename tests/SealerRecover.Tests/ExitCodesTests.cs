using Filecoin.Primitives;
using SealerRecover.Hosting;
using SealerRecover.Rendering;
using SealerRecover.Tests.Rendering;
using Xunit;

namespace SealerRecover.Tests;

public class ExitCodesTests
{
    [Fact]
    public void Every_kind_of_failure_has_a_code_of_its_own()
    {
        FailureKind[] kinds = Enum.GetValues<FailureKind>();
        Assert.Equal(kinds.Length, kinds.Select(kind => ExitCodes.Of(kind).Code).Distinct().Count());
        Assert.DoesNotContain(ExitCodes.InternalError, kinds.Select(ExitCodes.Of));
        Assert.Equal(ExitCodes.All.Length, ExitCodes.All.Select(row => row.Code).Distinct().Count());
        Assert.Equal(ExitCodes.All.Length, ExitCodes.All.Select(row => row.Name).Distinct().Count());
        Assert.All(ExitCodes.All, row => Assert.InRange(row.Code, 0, 130));
    }

    [Fact]
    public void What_is_not_an_operator_s_is_a_bug() =>
        Assert.Equal(ExitCodes.InternalError, ExitCodes.Of(new IOException()));

    [Fact]
    public void A_run_ends_with_its_first_failure_unless_the_machine_was_wrong_or_one_mismatched_or_it_was_stopped()
    {
        ExitCode busy = ExitCodes.Of(FailureKind.Busy);
        ExitCode storage = ExitCodes.Of(FailureKind.Storage);
        ExitCode mismatch = ExitCodes.Of(FailureKind.CommitmentMismatch);
        ExitCode hardware = ExitCodes.Of(FailureKind.Hardware);
        Assert.Equal(ExitCodes.Success, ExitCodes.OfRun([], stopped: false));
        Assert.Equal(busy, ExitCodes.OfRun([busy, storage], stopped: false));
        Assert.Equal(mismatch, ExitCodes.OfRun([busy, mismatch], stopped: false));
        Assert.Equal(hardware, ExitCodes.OfRun([busy, mismatch, hardware], stopped: false));
        Assert.Equal(ExitCodes.Stopped, ExitCodes.OfRun([busy, mismatch, hardware], stopped: true));
    }

    [Fact]
    public void A_report_knows_its_code()
    {
        Assert.Equal(ExitCodes.Of(FailureKind.TargetExists), Examples.Report().Exit);
        Assert.Equal(ExitCodes.Stopped, new Report { Command = "recover", Stopped = true }.Exit);
        Assert.Equal(ExitCodes.Success, new Report { Command = "parents" }.Exit);
        Assert.Equal(ExitCodes.InternalError, new Report { Command = "parents", Failure = Failure.From(new IOException()) }.Exit);
    }
}
