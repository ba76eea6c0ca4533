using System.CommandLine;
using Filecoin.Cryptography.Kernels;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using SealerRecover.Hosting;
using SealerRecover.Recovery.Events;
using SealerRecover.Recovery.Metrics;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Runs one command between reading the environment and reporting its end. The only place where failures are caught.</summary>
/// <param name="host">The surroundings.</param>
/// <param name="view">Shows what happens.</param>
/// <param name="verbose">How much is logged.</param>
/// <param name="metrics">Metrics of the run; null where nobody asks for them.</param>
internal sealed class CommandRunner(ConsoleHost host, IView view, bool verbose, RunMetrics? metrics = null)
{
    /// <summary>Runs <paramref name="command"/> and reports its end.</summary>
    public async Task<Report> RunAsync(
        ICommand command, ParseResult parsed, Configuration configuration, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        long started = host.Time.GetTimestamp();
        Report report = await EndAsync(command, parsed, configuration, cancellation);
        bool stopped = report.Stopped || report.Sectors.Any(sector => sector.Result == SectorResult.Stopped);
        report = report with
        {
            Elapsed = host.Time.GetElapsedTime(started),
            Stopped = stopped,
            GoOnWith = stopped && command.GoesOn ? ShellWords.CommandLine(arguments) : null,
        };
        view.Reported(report);
        return report;
    }

    private async Task<Report> EndAsync(ICommand command, ParseResult parsed, Configuration configuration, CancellationToken cancellation)
    {
        using ILoggerFactory log = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(verbose ? LogLevel.Trace : LogLevel.Information)
            .AddProvider(new ViewLogger(view)));
        try
        {
            Folders folders = new(host.Home, host.WorkingFolder);
            EnvironmentSettings environment = EnvironmentSettings.Read(host.Environment, folders);
            ILogger remarks = log.CreateLogger("environment");
            foreach (string remark in configuration.Remarks.Concat(environment.Remarks))
            {
                remarks.LogInformation("{Remark}", remark);
            }

            if (environment.Masked != ProcessorFeature.None)
            {
                ProcessorFeatures.Mask(environment.Masked);
            }

            return await command.RunAsync(new CommandContext(parsed, host, folders, environment, configuration, view, new EventSink(view, host.Time), log, cancellation)
            {
                Metrics = metrics,
            });
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return new Report { Command = command.Name, Stopped = true };
        }
        catch (OperatorException failure)
        {
            Failure known = Failure.From(failure);
            return new Report
            {
                Command = command.Name,
                Failure = failure.Kind == FailureKind.BadInput && configuration.Blamed(failure.Message) is { } where ? known with { Message = $"{known.Message} ({where})" } : known,
            };
        }
#pragma warning disable CA1031 // The last resort: a bug ends as a documented exit code and a sentence, with the stack behind --verbose.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            return new Report { Command = command.Name, Failure = Failure.From(bug) };
        }
    }

    /// <summary>Gives log lines to the view, which knows where they do no harm.</summary>
    private sealed class ViewLogger(IView view) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            view.Diagnostic($"{Word(logLevel)}: {formatter(state, exception)}");

        public void Dispose()
        {
            // Holds nothing.
        }

        private static string Word(LogLevel level) => level switch
        {
            LogLevel.Information => "note",
            LogLevel.Warning => "warning",
            LogLevel.Error or LogLevel.Critical => "error",
            _ => "debug",
        };
    }
}
