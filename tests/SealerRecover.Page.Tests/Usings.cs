global using SealerRecover.Tests;
global using Xunit;
