using Filecoin.Sealing.Steps;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Events;
using SealerRecover.Rendering;
using Xunit;

namespace SealerRecover.Tests.Rendering;

public class TerminalViewTests
{
    [Fact]
    public void Foreign_text_is_neither_markup_nor_control_sequence()
    {
        FixedTime time = new();
        StringWriter output = new();
        ConsoleHost host = new()
        {
            Environment = new Dictionary<string, string>(),
            Output = output,
            Error = new StringWriter(),
            WorkingFolder = "/",
            Time = time,
        };
        TerminalView view = new(host, verbose: false);
        int result = view.Live(() =>
        {
            view.On(new SectorStarted(time.Now, Examples.Sector2, Resumed: false));
            view.On(new PhaseProgressed(time.Now, Examples.Sector2, new SealProgress(SealPhase.Label, 1, 2, 5, 10)));
            view.On(new Notice(time.Now, null, "[red]not red[/] [broken \u001b]0;title\u0007"));
            view.Diagnostic("[also/] plain");
            view.On(new SectorEnded(time.Now, Examples.Installed(Examples.Sector2)));
            return 7;
        });
        view.Answered(Examples.Plan());
        view.Reported(Examples.Report());
        Assert.Equal(7, result);
        string text = output.ToString();
        Assert.Contains("[red]not red[/] [broken \\x1b]0;title\\x07", text, StringComparison.Ordinal);
        Assert.Contains("[also/] plain", text, StringComparison.Ordinal);
        Assert.Contains("1 recovered, 1 failed", text, StringComparison.Ordinal);
    }
}
