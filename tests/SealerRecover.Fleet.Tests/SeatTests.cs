using Filecoin.Primitives;
using SealerRecover.Fleet.Database;
using SealerRecover.Fleet.Work;

namespace SealerRecover.Tests.Fleet;

/// <summary>Who may be the worker of a name, and work in a temporary folder.</summary>
public sealed class SeatTests(Databases databases) : IDisposable
{
    private const string Workers = $"{FleetDatabase.Schema}.workers";

    private readonly string _folder = Directory.CreateTempSubdirectory("sealer-recover-seat-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Who_comes_second_with_a_name_is_refused_while_the_first_is_heard()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        WorkerSeat first = Seat(fleet, "a", "one");
        WorkerSeat second = Seat(fleet, "a", "two");
        Assert.True(first.TryTake());

        // It may be gone: that is seen by and by.
        Assert.False(second.TryTake());
        Assert.False(second.TryTake());
        Assert.False(fleet.List.IsThere("a", null, instance: first.Instance));
        OperatorException refused = Assert.Throws<OperatorException>(() => second.TryTake());
        Assert.Equal(FailureKind.Busy, refused.Kind);
        Assert.Contains("another worker of the name a is at work", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_taken_over_from_who_was_silent_long_enough_who_hears_of_it()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        WorkerSeat first = Seat(fleet, "a", "one");
        WorkerSeat second = Seat(fleet, "a", "two");
        Assert.True(first.TryTake());
        Assert.False(second.TryTake());
        fleet.Database.Send($"UPDATE {Workers} SET heard = heard - interval '61 seconds'");

        Assert.True(second.TryTake());

        Assert.Null(fleet.List.IsThere("a", null, instance: first.Instance));
        Assert.False(fleet.List.IsThere("a", null, instance: second.Instance));
        fleet.List.Go("a");
        Assert.True(Seat(fleet, "a", "three").TryTake());
    }

    [Fact]
    public async Task A_worker_that_was_killed_is_itself_again_at_once()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        Assert.True(Seat(fleet, "a", "one").TryTake());
        Assert.True(Seat(fleet, "a", "one").TryTake());
    }

    [Fact]
    public async Task A_folder_in_which_another_machine_works_is_refused_under_any_name()
    {
        using FleetCase fleet = await FleetCase.CreateAsync(databases);
        Assert.True(Seat(fleet, "there", "shared").TryTake());
        fleet.Database.Send($"UPDATE {Workers} SET instance = split_part(instance, '@', 1) || '@another machine'");
        WorkerSeat here = Seat(fleet, "here", "shared");
        Assert.False(here.TryTake());
        fleet.List.IsThere("there", null);
        OperatorException refused = Assert.Throws<OperatorException>(() => here.TryTake());
        Assert.Equal(FailureKind.Busy, refused.Kind);
        Assert.Contains("there is at work in the temporary folder of this worker", refused.Message, StringComparison.Ordinal);

        // One of another folder is in nobody's way.
        Assert.True(Seat(fleet, "elsewhere", "own").TryTake());
    }

    private WorkerSeat Seat(FleetCase fleet, string name, string folder) =>
        new(fleet.Database, name, Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName, TimeSpan.FromSeconds(60));
}
